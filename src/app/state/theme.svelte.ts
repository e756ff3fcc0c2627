/** Day or night: the system's until somebody chooses; public/theme.js applies the choice before the first paint. */
export type Theme = 'light' | 'dark';

export class ThemeChoice {
  chosen = $state<Theme | null>(null);
  private system = $state<Theme>('light');
  /** What is on screen. */
  readonly current = $derived(this.chosen ?? this.system);

  constructor(
    private readonly root: HTMLElement,
    dark: MediaQueryList,
    private readonly storage: () => Storage,
  ) {
    const chosen = root.dataset.theme;
    if (chosen === 'light' || chosen === 'dark') this.chosen = chosen;
    this.system = dark.matches ? 'dark' : 'light';
    dark.addEventListener('change', ({ matches }) => (this.system = matches ? 'dark' : 'light'));
  }

  toggle(): void {
    this.chosen = this.current === 'dark' ? 'light' : 'dark';
    this.root.dataset.theme = this.chosen;
    try {
      this.storage().setItem('theme', this.chosen);
    } catch {
      // Storage is blocked: the choice holds until the page closes.
    }
  }
}
