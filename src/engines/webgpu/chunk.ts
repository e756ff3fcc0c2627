/** Steps that are made ready here and given to the device in one submit, and what is waited for of those given. */
import type { Gpu } from './gpu.ts';
import type { Room } from './ledger.ts';
import { ordered, STEP_WORDS, type Dispatch, type Pass } from './pass.ts';

/** What one network is told for one step. */
export interface Lesson {
  readonly examples: Uint32Array;
  readonly rate: number;
  readonly correction: number;
  /** What the gradient of the losses' sum is multiplied by. */
  readonly scale: number;
}

/** Takes a network's sum of losses, of so many examples. */
export type Heard = (slot: number, lossSum: number, examples: number) => void;

/** How long one submit should take: long enough that giving it costs nothing, short enough that a pause is answered. */
const SUBMIT_MS = 20;
/** Submits given and not yet done. */
const IN_FLIGHT = 2;

export class Chunks {
  private readonly order: Uint32Array<ArrayBuffer>;
  private readonly words: Uint32Array<ArrayBuffer>;
  private readonly floats: Float32Array<ArrayBuffer>;
  private readonly spare: GPUBuffer[];
  private inFlight: Promise<void>[] = [];
  /** Steps made ready. */
  private ready = 0;
  /** How many make up a submit: found by looking how long they take. */
  private most = 1;
  private lastDone = 0;

  constructor(
    private readonly gpu: Gpu,
    room: Room,
    private readonly pass: Pass,
    private readonly labels: Uint8Array,
  ) {
    const { steps, slots, batch } = pass.scene;
    this.order = new Uint32Array(steps * slots * batch);
    this.words = new Uint32Array(STEP_WORDS * steps * slots);
    this.floats = new Float32Array(this.words.buffer);
    this.spare = Array.from({ length: IN_FLIGHT + 1 }, () =>
      room.keep('losses', 8 * steps * slots, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
    );
  }

  /** Whether what is ready should be given now. */
  get isFull(): boolean {
    return this.ready >= this.most;
  }

  /** Makes a step ready: a lesson a slot, null for one that rests. */
  add(lessons: readonly (Lesson | null)[]): void {
    const { slots, batch } = this.pass.scene;
    lessons.forEach((lesson, slot) => {
      const place = this.ready * slots + slot;
      const at = STEP_WORDS * place;
      this.words[at] = lesson?.examples.length ?? 0;
      if (lesson === null) return;
      const { examples, rate, correction, scale } = lesson;
      this.floats[at + 1] = rate;
      this.floats[at + 2] = correction;
      this.floats[at + 3] = scale;
      for (let b = 0; b < batch; b++) {
        // The first example once more where there is none: finite, and counted nowhere.
        const example = b < examples.length ? examples[b] : examples[0];
        this.order[place * batch + b] = ordered(example, this.labels[example]);
      }
    });
    this.ready++;
  }

  /** Gives the device what is ready; resolves once there is room for more. */
  async give(dispatches: readonly Dispatch[], isWanted: (dispatch: Dispatch) => boolean, heard: Heard): Promise<void> {
    const count = this.ready;
    if (count === 0) return;
    const { gpu, pass } = this;
    const { slots, batch } = pass.scene;
    gpu.check();
    const staging = this.spare.pop();
    if (staging === undefined) throw new Error('more submits in flight than there are buffers');
    const { queue } = gpu.device;
    queue.writeBuffer(pass.order, 0, this.order, 0, count * slots * batch);
    queue.writeBuffer(pass.steps, 0, this.words, 0, STEP_WORDS * count * slots);
    const encoder = gpu.device.createCommandEncoder();
    const compute = encoder.beginComputePass();
    for (let step = 0; step < count; step++) pass.encode(compute, dispatches, step, isWanted);
    compute.end();
    encoder.copyBufferToBuffer(pass.results, 0, staging, 0, 8 * count * slots);
    queue.submit([encoder.finish()]);
    const examples = Array.from({ length: count * slots }, (_, place) => this.words[STEP_WORDS * place]);
    this.ready = 0;
    const given = performance.now();
    const done = gpu.mapped(staging, 8 * count * slots).then((bytes) => {
      this.spare.push(staging);
      this.adapt(count, given);
      const results = new Float32Array(bytes);
      examples.forEach((counted, place) => {
        if (counted > 0) heard(place % slots, results[2 * place], counted);
      });
    });
    // Heard where it is waited for.
    done.catch(() => undefined);
    this.inFlight.push(done);
    while (this.inFlight.length >= IN_FLIGHT) await this.inFlight.shift();
  }

  /** Resolves when all that was given is done. */
  async settle(): Promise<void> {
    const all = this.inFlight;
    this.inFlight = [];
    await Promise.all(all);
  }

  private adapt(count: number, given: number): void {
    const now = performance.now();
    const took = Math.max(0.1, now - Math.max(given, this.lastDone));
    this.lastDone = now;
    const wanted = Math.floor((count * SUBMIT_MS) / took);
    this.most = Math.max(1, Math.min(this.pass.scene.steps, wanted, 2 * Math.max(this.most, count)));
  }
}
