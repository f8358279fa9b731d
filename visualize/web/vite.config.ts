import vue from "@vitejs/plugin-vue";
import Components from "unplugin-vue-components/vite";
import { ElementPlusResolver } from "unplugin-vue-components/resolvers";
import { defineConfig } from "vite";

// Relative paths, so that the explorer works under any prefix; assets apart, so that the service can serve them as files.
export default defineConfig({
  base: "./",
  plugins: [vue(), Components({ dts: false, resolvers: [ElementPlusResolver({ importStyle: "css" })] })],
  build: {
    target: "chrome86",
    cssTarget: "chrome86",
    assetsDir: "assets",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8421" } },
});
