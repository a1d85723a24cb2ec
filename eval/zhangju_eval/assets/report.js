"use strict";
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const rows = [...document.querySelectorAll("details.q")];
  const shown = form.querySelector("output");
  const apply = () => {
    const wanted = [...form.querySelectorAll("select")].filter((each) => each.value);
    const words = form.querySelector("input").value.trim().toLowerCase();
    let count = 0;
    for (const row of rows) {
      const fits =
        wanted.every((each) => (row.dataset[each.name] || "").split(" ").includes(each.value)) &&
        (!words || row.textContent.toLowerCase().includes(words));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} questions`;
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
})();
