(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var stage = document.getElementById("stage");
  var card = document.getElementById("card");
  var lang = data.lang;
  var view = { x: 0, y: 0, k: 1 };
  var pinned = null;
  var shown = null;

  function layer() { return document.getElementById("pic-" + lang); }
  function picture() { return layer().querySelector("svg"); }
  function word(key) { return data.words[lang][key]; }
  function draw() {
    layer().style.transform = "translate(" + view.x + "px," + view.y + "px) scale(" + view.k + ")";
  }
  function fit() {
    var box = picture().viewBox.baseVal;
    var wide = stage.clientWidth, tall = stage.clientHeight;
    view.k = Math.min(1.25, wide / box.width, tall / box.height);
    // A picture much larger than the window opens readable at its top, not as a smudge.
    if (view.k < 0.35) { view.k = 0.35; }
    view.x = Math.max(0, (wide - box.width * view.k) / 2);
    view.y = Math.max(0, (tall - box.height * view.k) / 2);
    draw();
  }
  function zoom(by, x, y) {
    var k = Math.min(6, Math.max(0.05, view.k * by));
    view.x = x - (x - view.x) * k / view.k;
    view.y = y - (y - view.y) * k / view.k;
    view.k = k;
    draw();
  }
  function middle(by) { zoom(by, stage.clientWidth / 2, stage.clientHeight / 2); }

  function put(parent, tag, text) {
    var made = document.createElement(tag);
    if (text !== undefined) { made.textContent = text; }
    parent.appendChild(made);
    return made;
  }
  function open(key) {
    var facts = data.facts[lang][key];
    if (!facts) { return; }
    shown = key;
    card.textContent = "";
    facts.forEach(function (part) {
      put(card, "h2", part[0]);
      var list = put(card, "dl");
      part[1].forEach(function (row) { put(list, "dt", row[0]); put(list, "dd", row[1]); });
      if (part[2].length) {
        put(card, "h3", word("sources"));
        var rows = put(card, "ul");
        part[2].forEach(function (row) { put(rows, "li", row); });
      }
    });
    card.hidden = false;
    near(key);
  }
  function near(key) {
    var on = {};
    if (key) {
      on[key] = true;
      data.links.forEach(function (link) {
        var line = link[0], from = link[1], to = link[2];
        if (key === line) { on[from] = on[to] = true; }
        if (key === from || key === to) { on[line] = on[from] = on[to] = true; }
      });
    }
    var svg = picture();
    svg.classList.toggle("focus", Boolean(key));
    Array.prototype.forEach.call(svg.querySelectorAll("[data-k]"), function (item) {
      item.classList.toggle("near", on[item.getAttribute("data-k")] === true);
    });
  }
  function shut() {
    pinned = shown = null;
    card.hidden = true;
    near(null);
  }
  function keyOf(target) {
    var item = target.closest ? target.closest("[data-k]") : null;
    return item ? item.getAttribute("data-k") : null;
  }

  var pointers = {}, moved = 0, last = null, apart = 0;
  stage.addEventListener("pointerdown", function (event) {
    if (event.button !== 0) { return; }
    pointers[event.pointerId] = event;
    moved = 0;
    last = event;
    apart = 0;
  });
  window.addEventListener("pointermove", function (event) {
    if (!pointers[event.pointerId]) { return; }
    pointers[event.pointerId] = event;
    var all = Object.keys(pointers).map(function (id) { return pointers[id]; });
    if (all.length === 2) {
      var now = Math.hypot(all[0].clientX - all[1].clientX, all[0].clientY - all[1].clientY);
      if (apart) { zoom(now / apart, (all[0].clientX + all[1].clientX) / 2, (all[0].clientY + all[1].clientY) / 2); }
      apart = now;
      moved = 99;
      return;
    }
    moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    view.x += event.clientX - last.clientX;
    view.y += event.clientY - last.clientY;
    last = event;
    stage.classList.add("drag");
    draw();
  });
  function release(event) {
    delete pointers[event.pointerId];
    stage.classList.remove("drag");
    apart = 0;
    var left = Object.keys(pointers);
    if (left.length) { last = pointers[left[0]]; }
  }
  window.addEventListener("pointerup", release);
  window.addEventListener("pointercancel", release);
  stage.addEventListener("wheel", function (event) {
    event.preventDefault();
    var step = event.deltaMode === 1 ? 33 : 1;
    zoom(Math.exp(-event.deltaY * step * 0.0015), event.clientX, event.clientY);
  }, { passive: false });
  stage.addEventListener("click", function (event) {
    if (moved > 5) { return; }
    var key = keyOf(event.target);
    if (!key) { shut(); return; }
    pinned = key;
    open(key);
  });
  stage.addEventListener("pointerover", function (event) {
    if (pinned || event.pointerType === "touch" || Object.keys(pointers).length) { return; }
    var key = keyOf(event.target);
    if (key && key !== shown) { open(key); }
    if (!key && shown) { shut(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    var key = document.activeElement ? keyOf(document.activeElement) : null;
    if ((event.key === "Enter" || event.key === " ") && key) { event.preventDefault(); pinned = key; open(key); }
    else if (event.key === "Escape") { shut(); }
    else if (event.key === "+" || event.key === "=") { middle(1.25); }
    else if (event.key === "-") { middle(0.8); }
    else if (event.key === "f" || event.key === "F" || event.key === "0") { fit(); }
    else if (event.key.indexOf("Arrow") === 0) {
      view.x += { ArrowLeft: 60, ArrowRight: -60 }[event.key] || 0;
      view.y += { ArrowUp: 60, ArrowDown: -60 }[event.key] || 0;
      draw();
    }
  });
  function speak(next) {
    shut();
    lang = next;
    ["zh", "en"].forEach(function (one) { document.getElementById("pic-" + one).hidden = one !== lang; });
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = data.titles[lang];
    var names = { fit: "fit", larger: "larger", smaller: "smaller", lang: "lang" };
    Object.keys(names).forEach(function (id) {
      var button = document.getElementById(id);
      button.title = word(id);
      button.setAttribute("aria-label", word(id));
      if (id === "fit" || id === "lang") { button.textContent = word(id); }
    });
    fit();
  }
  document.getElementById("fit").addEventListener("click", fit);
  document.getElementById("larger").addEventListener("click", function () { middle(1.25); });
  document.getElementById("smaller").addEventListener("click", function () { middle(0.8); });
  document.getElementById("lang").addEventListener("click", function () { speak(lang === "zh" ? "en" : "zh"); });
  window.addEventListener("resize", draw);
  speak(lang);
})();
