// Runs before the first paint: a theme asked for in the address, or chosen earlier, instead of the system's. A file, since the policy forbids inline scripts.
(() => {
  const use = (theme) => {
    if (theme !== 'light' && theme !== 'dark') return false;
    document.documentElement.dataset.theme = theme;
    return true;
  };
  const asked = new URLSearchParams(location.search);
  if (use(asked.get('theme')) || asked.has('embed')) return;
  try {
    use(localStorage.getItem('theme'));
  } catch {
    // Storage is blocked: the system's theme stands.
  }
})();
