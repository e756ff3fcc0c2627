import { digest } from './recipe/digest.ts';

/**
 * Remembers what a pure function gave, by the plain data it was asked with. Every run of an experiment asks for the same init
 * and, level by level, for the same random choice: worked out once, they cost nothing the second time.
 */
export class Memo<Value> {
  private readonly known = new Map<string, { readonly value: Value; readonly cost: number }>();
  private cost = 0;

  /** Forgets what was asked for longest ago once all together cost more than `mostCost`, or are more than `mostAnswers`. */
  constructor(
    private readonly mostCost: number,
    private readonly mostAnswers = Infinity,
  ) {}

  get(question: unknown, cost: number, answer: () => Value): Value {
    // Its digest, since a question grows with the levels that came before.
    const key = digest(question);
    const value = this.known.get(key)?.value ?? answer();
    this.forget(key);
    this.known.set(key, { value, cost });
    this.cost += cost;
    for (const oldest of this.known.keys()) if (this.cost > this.mostCost || this.known.size > this.mostAnswers) this.forget(oldest);
    return value;
  }

  private forget(key: string): void {
    this.cost -= this.known.get(key)?.cost ?? 0;
    this.known.delete(key);
  }
}
