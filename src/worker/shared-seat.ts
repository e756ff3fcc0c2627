/** One run's place in a trainer that several runs share. */
import type { Planes } from '../science/mask.ts';
import type { Metrics, Snapshot, Tensors } from '../science/tensors.ts';
import type { Control, NetworkStart, Trainer } from '../science/trainer.ts';
import type { Task } from '../tasks/task.ts';
import type { Seat } from './seat.ts';

const unhurried: Control = { due: () => false, breathe: () => Promise.resolve() };

/** What the trainer that a seat is in does for it. */
export interface Host {
  /** The seat's network. */
  readonly network: number;
  /** Milliseconds that went by for the sake of others. */
  readonly waited: number;
  /** Milliseconds of a step in the last round with it; null while there is no telling. */
  readonly stepMs: number | null;
  /** Throws where it is of no use any more. */
  trainer(): Trainer;
  started(position: number): void;
  train(until: number, control: Control): Promise<readonly number[]>;
  measure<T>(control: Control, work: (control: Control) => Promise<T>): Promise<T>;
  giveBack(): void;
}

/** A trainer of one network, which is network 0 to its run. */
export class SharedSeat implements Seat, Trainer {
  readonly networks = 1;
  private isGivenBack = false;

  constructor(
    private readonly host: Host,
    /** What the trainer was made for. */
    private readonly task: Task,
  ) {}

  get trainer(): Trainer {
    return this;
  }

  get waited(): number {
    return this.host.waited;
  }

  get stepMs(): number | null {
    return this.host.stepMs;
  }

  start(_: number, start: NetworkStart): void {
    this.host.trainer().start(this.host.network, start);
    this.host.started(start.position);
  }

  /** `control` must not wait for long: other runs are in the same round. */
  async train([until]: readonly number[], control: Control): Promise<readonly (readonly number[])[]> {
    this.host.trainer();
    return [await this.host.train(until, control)];
  }

  async metrics(_: number, examples: Uint32Array, control: Control): Promise<Metrics> {
    return this.measure(examples, control, (trainer, breath) => trainer.metrics(this.host.network, examples, breath));
  }

  async gradients(_: number, examples: Uint32Array): Promise<Tensors> {
    return this.measure(examples, unhurried, (trainer) => trainer.gradients(this.host.network, examples));
  }

  async hessianVectorProduct(_: number, examples: Uint32Array, vector: Tensors): Promise<Tensors> {
    return this.measure(examples, unhurried, (trainer) => trainer.hessianVectorProduct(this.host.network, examples, vector));
  }

  async read(): Promise<Snapshot> {
    return this.host.trainer().read(this.host.network);
  }

  write(_: number, snapshot: Snapshot): void {
    this.host.trainer().write(this.host.network, snapshot);
  }

  async readOptimizer(): Promise<Tensors> {
    return this.host.trainer().readOptimizer(this.host.network);
  }

  writeOptimizer(_: number, state: Tensors): void {
    this.host.trainer().writeOptimizer(this.host.network, state);
  }

  setPlanes(_: number, planes: Planes): void {
    this.host.trainer().setPlanes(this.host.network, planes);
  }

  dispose(): void {
    this.giveBack();
  }

  giveBack(): void {
    if (this.isGivenBack) return;
    this.isGivenBack = true;
    this.host.giveBack();
  }

  private async measure<T>(examples: Uint32Array, control: Control, work: (trainer: Trainer, control: Control) => Promise<T>): Promise<T> {
    // Nobody else has to wait for these to arrive.
    await this.task.ready(examples);
    return this.host.measure(control, (breath) => work(this.host.trainer(), breath));
  }
}
