/** LeNet-300-100 as a user of jax-js writes it: one jitted step, loss and gradient and Adam. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { gatherInputs } from '../../src/engines/gather.ts';
import { volume } from '../../src/models/model.ts';
import { getBit, type Mask } from '../../src/science/mask.ts';
import { clock, type Contender } from './contender.ts';
import { adam, BATCH, type Setting } from './common.ts';

type Arrays = Record<string, np.Array>;

const LAYERS = ['dense1', 'dense2', 'output'] as const;

function logits(parameters: Arrays, masks: Arrays, inputs: np.Array): np.Array {
  let x = inputs;
  for (const [index, layer] of LAYERS.entries()) {
    const weight = parameters[`${layer}/weight`].mul(masks[`${layer}/weight`]);
    x = np.matmul(x, weight.transpose()).add(parameters[`${layer}/bias`]);
    if (index < LAYERS.length - 1) x = nn.relu(x);
  }
  return x;
}

function loss(parameters: Arrays, masks: Arrays, inputs: np.Array, classes: np.Array): np.Array {
  return nn
    .logSoftmax(logits(parameters, masks, inputs))
    .mul(classes)
    .sum()
    .mul(-1 / BATCH);
}

/** `rate` and `correction` carry Adam's bias correction of the step. */
function step(
  parameters: Arrays,
  m: Arrays,
  v: Arrays,
  masks: Arrays,
  inputs: np.Array,
  classes: np.Array,
  rate: np.Array,
  correction: np.Array,
): [np.Array, Arrays, Arrays, Arrays] {
  const { beta1, beta2 } = adam;
  const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), masks, inputs, classes);
  const nextM = tree.map<np.Array, np.Array, Arrays>(
    (old: np.Array, g: np.Array) => old.mul(beta1).add(g.mul(1 - beta1)),
    m,
    tree.ref(gradients),
  );
  const nextV = tree.map<np.Array, np.Array, Arrays>(
    (old: np.Array, g: np.Array) => old.mul(beta2).add(np.square(g).mul(1 - beta2)),
    v,
    gradients,
  );
  const next = tree.map<np.Array, np.Array, Arrays>(
    (w: np.Array, mean: np.Array, square: np.Array) => w.sub(mean.mul(rate.ref).div(np.sqrt(square).mul(correction.ref).add(1e-8))),
    parameters,
    tree.ref(nextM),
    tree.ref(nextV),
  );
  rate.dispose();
  correction.dispose();
  return [value, next, nextM, nextV];
}

type JaxBackend = 'wasm' | 'webgpu';

export class JaxContender implements Contender {
  readonly engine: string;
  private readonly jitted = jit(step);
  private readonly inputs: Float32Array<ArrayBuffer>;
  private state: { parameters: Arrays; m: Arrays; v: Arrays } | null = null;
  private masks: Arrays = {};
  private position = 0;
  private steps = 0;

  private constructor(
    private readonly setting: Setting,
    backend: JaxBackend,
  ) {
    this.engine = `jax-js-${backend}`;
    this.inputs = new Float32Array(BATCH * volume(setting.model.input));
  }

  static async open(setting: Setting, backend: JaxBackend = 'wasm'): Promise<JaxContender> {
    await init(backend);
    defaultDevice(backend);
    return new JaxContender(setting, backend);
  }

  restart(mask: Mask): Promise<void> {
    this.dispose();
    const { model, start } = this.setting;
    const arrays = (values: (name: string, size: number) => Float32Array<ArrayBuffer>): Arrays =>
      Object.fromEntries(model.parameters.map(({ name, shape, size }) => [name, np.array(values(name, size)).reshape([...shape])]));
    const zeros = (_name: string, size: number) => new Float32Array(size);
    this.state = { parameters: arrays((name) => start.parameters[name].slice()), m: arrays(zeros), v: arrays(zeros) };
    this.masks = Object.fromEntries(
      Object.entries(mask).map(([name, bits]) => {
        const { shape } = model.parameters.find((parameter) => parameter.name === name) ?? { shape: [bits.size] };
        const kept = Float32Array.from({ length: bits.size }, (_, index) => (getBit(bits, index) ? 1 : 0));
        return [name, np.array(kept).reshape([...shape])];
      }),
    );
    this.steps = this.position = 0;
    return Promise.resolve();
  }

  async train(steps: number): Promise<number> {
    const began = clock.now();
    for (let done = 0; done < steps; done++) await this.step();
    return clock.now() - began;
  }

  dispose(): void {
    tree.dispose(this.state);
    tree.dispose(this.masks);
    this.state = null;
    this.masks = {};
  }

  private async step(): Promise<void> {
    if (this.state === null) throw new Error('not started');
    const { task, batches } = this.setting;
    const examples = batches.at(this.position++);
    gatherInputs(task, examples, this.inputs);
    const inputs = np.array(this.inputs.slice()).reshape([BATCH, volume(task.input)]);
    const labels = np.array(Int32Array.from(examples, (example) => task.labels[example]));
    this.steps++;
    const rate = np.array([adam.learningRate / (1 - adam.beta1 ** this.steps)]);
    const correction = np.array([1 / Math.sqrt(1 - adam.beta2 ** this.steps)]);
    const { parameters, m, v } = this.state;
    const [loss, nextParameters, nextM, nextV] = this.jitted(
      parameters,
      m,
      v,
      tree.ref(this.masks),
      inputs,
      nn.oneHot(labels, task.classes),
      rate,
      correction,
    );
    this.state = { parameters: nextParameters, m: nextM, v: nextV };
    await blockUntilReady(this.state.parameters);
    await loss.data();
  }
}
