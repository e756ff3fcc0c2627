/**
 * Remembers what a pure function gave, by what it was asked as text. Every run of an experiment asks for the same init and,
 * level by level, for the same random choice: worked out once, they cost nothing the second time.
 */
export class Memo<Value> {
  private readonly known = new Map<string, { readonly value: Value; readonly cost: number }>();
  private cost = 0;

  /** Forgets what was asked for longest ago once all together cost more than `most`. */
  constructor(private readonly most: number) {}

  get(question: string, cost: number, answer: () => Value): Value {
    const value = this.known.get(question)?.value ?? answer();
    this.forget(question);
    this.known.set(question, { value, cost });
    this.cost += cost;
    for (const oldest of this.known.keys()) if (this.cost > this.most) this.forget(oldest);
    return value;
  }

  private forget(question: string): void {
    this.cost -= this.known.get(question)?.cost ?? 0;
    this.known.delete(question);
  }
}
