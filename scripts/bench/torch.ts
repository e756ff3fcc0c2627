/** Native PyTorch on one thread, in a process of its own that waits while others have their turn. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { prunableParameters } from '../../src/models/model.ts';
import { getBit, type Mask } from '../../src/science/mask.ts';
import { clock, type Contender } from './contender.ts';
import { adam, BATCH, type Setting } from './common.ts';

/** Debian's own first: another Python on the path may not have its packages. */
const pythons = ['/usr/bin/python3', 'python3'];

interface Answer {
  readonly torch?: string;
  readonly ms?: number;
}

/** Batches that PyTorch is given to go round. */
const BATCHES = 800;

export class TorchContender implements Contender {
  readonly engine = 'pytorch-native';
  private readonly folder = mkdtempSync(join(tmpdir(), 'lottery-bench-'));
  private readonly answers: AsyncIterator<string>;
  version = '';

  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly setting: Setting,
  ) {
    this.answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Null where no Python here has PyTorch. */
  static async open(setting: Setting): Promise<TorchContender | null> {
    for (const python of pythons) {
      const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _cache, ...others } = process.env;
      const child = spawn(python, [join(import.meta.dirname, 'torch_step.py')], { env: { ...others, OMP_NUM_THREADS: '1' } });
      child.on('error', () => undefined);
      child.stderr.resume();
      child.stdin.on('error', () => undefined);
      const contender = new TorchContender(child, setting);
      const hello = await contender.next();
      if (hello === null) {
        contender.dispose();
        continue;
      }
      contender.version = hello.torch ?? '';
      await contender.give();
      return contender;
    }
    return null;
  }

  async restart(mask: Mask): Promise<void> {
    const bits = prunableParameters(this.setting.model).flatMap(({ name, size }) =>
      Array.from({ length: size }, (_, index) => (getBit(mask[name], index) ? 1 : 0)),
    );
    const { learningRate: rate, beta1, beta2 } = adam;
    await this.tell({ do: 'restart', masks: this.file('masks', Uint8Array.from(bits)), rate, beta1, beta2 });
  }

  async train(steps: number): Promise<number> {
    return (await this.tell({ do: 'train', steps, clock: clock.kind })).ms ?? NaN;
  }

  dispose(): void {
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Hands over data, order and start weights as files. */
  private async give(): Promise<void> {
    const { task, batches, model, start } = this.setting;
    if (task.inputs.kind !== 'bytes') throw new Error('the comparison wants images as bytes');
    const { values, table } = task.inputs;
    const order = Uint32Array.from(Array.from({ length: BATCHES }, (_, position) => Array.from(batches.at(position))).flat());
    const weights = Float32Array.from(model.parameters.flatMap(({ name }) => Array.from(start.parameters[name])));
    // table[byte] = (byte / 255 − mean) / deviation
    const deviation = 1 / (table[255] - table[0]);
    await this.tell({
      ...{ do: 'open', batch: BATCH, deviation, mean: -table[0] * deviation, sizes: model.parameters.map(({ size }) => size) },
      ...{ pixels: this.file('pixels', values), labels: this.file('labels', task.labels) },
      ...{ order: this.file('order', order), start: this.file('start', weights) },
    });
  }

  private file(name: string, values: Uint8Array | Uint32Array | Float32Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, values);
    return path;
  }

  private async tell(what: object): Promise<Answer> {
    this.process.stdin.write(`${JSON.stringify(what)}\n`);
    const answer = await this.next();
    if (answer === null) throw new Error('PyTorch ended before its work did');
    return answer;
  }

  private async next(): Promise<Answer | null> {
    const line = await this.answers.next();
    return line.done === true ? null : (JSON.parse(line.value) as Answer);
  }
}
