/** What this browser remembers between visits, as far as it may: storage can be blocked, which the keeper's notice says. */
export class Memory {
  constructor(private readonly storage: () => Pick<Storage, 'getItem' | 'setItem'>) {}

  recall(key: string): string | null {
    try {
      return this.storage().getItem(key);
    } catch {
      return null;
    }
  }

  remember(key: string, value: string): void {
    try {
      this.storage().setItem(key, value);
    } catch {
      // Nothing is remembered, then.
    }
  }
}
