/*
 * The page of the study card: what a QR holds stands behind # in the address, which is sent to nobody. It is taken
 * out of the address here, so that it stays in no history, and goes to the server as a form.
 */
const form = document.querySelector("[data-card]");

function send() {
  const secret = location.hash.slice(1);
  if (!/^[\w-]{10,80}$/.test(secret)) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.secret.value = secret;
  form.submit();
}

addEventListener("hashchange", send); // another card, while the page is open
send();
