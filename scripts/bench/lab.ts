/** The lab's own engines, through the contract that the lab itself uses. */
import { Pace } from '../../src/engines/pace.ts';
import { trainablePlanes, type Mask } from '../../src/science/mask.ts';
import type { Snapshot } from '../../src/science/tensors.ts';
import type { Engine, Trainer } from '../../src/science/trainer.ts';
import { clock, type Contender } from './contender.ts';
import { adam, BATCH, type Setting } from './common.ts';

export class LabContender implements Contender {
  readonly engine: string;
  private readonly control = new Pace();
  private position = 0;

  private constructor(
    engine: Engine,
    private readonly setting: Setting,
    private readonly trainer: Trainer,
  ) {
    this.engine = engine.backend === null ? engine.name : `${engine.name}-${engine.backend}`;
  }

  static async open(engine: Engine, setting: Setting): Promise<LabContender> {
    const { model, task } = setting;
    const plan = { model, task, optimizer: adam, weightDecay: 0, batchSize: BATCH, networks: 1 };
    return new LabContender(engine, setting, await engine.createTrainer(plan));
  }

  restart(mask: Mask): Promise<void> {
    const { start, batches } = this.setting;
    this.position = 0;
    this.trainer.start(0, {
      snapshot: start,
      planes: trainablePlanes(mask),
      batches,
      position: 0,
      rateAt: () => adam.learningRate,
    });
    return Promise.resolve();
  }

  async train(steps: number): Promise<number> {
    const began = clock.now();
    this.position += steps;
    await this.trainer.train([this.position], this.control);
    return clock.now() - began;
  }

  read(): Promise<Snapshot> {
    return this.trainer.read(0);
  }

  dispose(): void {
    this.trainer.dispose();
  }
}
