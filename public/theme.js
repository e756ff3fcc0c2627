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

// The page's script did not come, as in a frame whose sandbox gives it no origin (few hosts let those read): a sentence instead of nothing.
addEventListener(
  'error',
  ({ target }) => {
    if (!(target instanceof HTMLScriptElement)) return;
    const tell = () => {
      const words = document.getElementById(self.origin === 'null' ? 'sandboxed' : 'stuck');
      words.hidden = false;
      for (const link of words.querySelectorAll('a')) link.textContent = link.href = location.href;
    };
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', tell);
    else tell();
  },
  true,
);
