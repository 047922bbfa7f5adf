/* The form of a question shows the parts that its kind needs. Without this all parts are shown. */
(() => {
  const begin = () => {
    const kind = document.getElementById("id_kind");
    if (!kind || !document.querySelector(".bank-part")) return;
    const show = () => {
      document.body.dataset.questionKind = kind.value;
    };
    kind.addEventListener("change", show);
    show();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
