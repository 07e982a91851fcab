// Runs before the first paint: the theme chosen in the console also holds on the plain pages.
(function () {
  var chosen = "system";
  try {
    chosen = localStorage.getItem("theme") || "system";
  } catch (refused) {
    // Storage may be closed to us; then the system decides.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
