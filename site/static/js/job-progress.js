// Shows how far a job is, and loads the page anew when it is over. Without it there is a link that does the same.
const place = document.querySelector("[data-job]");

async function look() {
  try {
    const answer = await fetch(place.dataset.job, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { over, done, total, step } = await answer.json();
      if (over) {
        location.reload();
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
