import { createApp } from "vue";
import App from "./App.vue";
import { i18n } from "./i18n";
import { router } from "./router";
import { takeKeyFromAddress } from "./api/key";
import "element-plus/theme-chalk/base.css";
import "element-plus/theme-chalk/el-message.css";
import "./styles/base.css";

takeKeyFromAddress();
createApp(App).use(i18n).use(router).mount("#app");
