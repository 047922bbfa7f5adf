// Shows how far a job is, and goes to what came of it when it is over: the link does the same without this.
const place = document.querySelector("[data-job]");

async function look() {
  try {
    const answer = await fetch(place.dataset.job, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { over, done, total, step } = await answer.json();
      if (over) {
        location.replace(place.querySelector("[data-job-again]").href);
        return;
      }
      if (step) place.querySelector("[data-job-step]").textContent = step;
      place.querySelector("[data-job-count]").textContent = done ? (total ? `${done} / ${total}` : done) : "";
      place.querySelector("[data-job-bar]").value = total ? (100 * done) / total : 0;
    }
  } catch {
    // Not reachable for a moment: ask again.
  }
  setTimeout(look, 1500);
}

if (place) setTimeout(look, 1000);
