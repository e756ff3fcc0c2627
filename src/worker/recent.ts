/** Things that are costly to open, of which only so many at a time are of use. */
export class Recent<Thing> {
  private readonly things = new Map<string, Promise<Thing>>();

  constructor(private readonly kept: number) {}

  /** The thing of that name, made where it is not at hand; what was used longest ago makes room. What fails is forgotten. */
  get(name: string, make: () => Promise<Thing>): Promise<Thing> {
    const thing = this.things.get(name) ?? make();
    this.things.delete(name);
    this.things.set(name, thing);
    thing.catch(() => this.things.delete(name));
    for (const oldest of this.things.keys()) if (this.things.size > this.kept) this.things.delete(oldest);
    return thing;
  }
}
