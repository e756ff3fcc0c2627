/**
 * Fuzzing of whatever reads what comes from outside: valid input is changed in places, and a reader must either give back
 * a valid value or refuse with a LabError that names what is at fault, within bounded work.
 */
import { LabError } from '../../src/science/errors.ts';
import { Dice } from './dice.ts';

export interface Reader<Input = unknown> {
  readonly name: string;
  /** A case: valid input that was changed. */
  make(dice: Dice): Input;
  /** Reads it as the lab would; throws where what is read breaks a rule of its own. */
  read(input: Input): unknown;
  /** The input as text, for those who look into a failure. */
  show(input: Input): string;
}

export interface Cases {
  /** Of the choices; the same seed makes the same cases. */
  readonly seed: number;
  /** Number of the first. */
  readonly from: number;
  readonly count: number;
}

export interface Failure {
  readonly number: number;
  readonly what: string;
  readonly input: string;
}

export interface Report {
  readonly cases: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failures: readonly Failure[];
  /** Time of the dearest case, in milliseconds. */
  readonly dearest: number;
}

/** No case takes more processor time, in milliseconds: seeds are some kilobytes long, and read in less than one. */
const MOST_MS = 400;
/** Longer words than these would fill a screen. */
const MOST_MESSAGE = 1000;
/** More of them tell nothing new. */
const MOST_FAILURES = 20;

export async function fuzz(reader: Reader, { seed, from, count }: Cases): Promise<Report> {
  let [accepted, refused, dearest] = [0, 0, 0];
  const failures: Failure[] = [];
  for (let number = from; number < from + count && failures.length < MOST_FAILURES; number++) {
    const input = reader.make(new Dice(seed, number));
    let { outcome, ms } = await attempt(reader, input);
    // What else the machine does, it does not do twice at the same case.
    if (ms > MOST_MS) ms = (await attempt(reader, input, processorTime)).ms;
    if (ms > MOST_MS) outcome = `took ${Math.round(ms)} ms`;
    dearest = Math.max(dearest, ms);
    if (outcome === 'accepted') accepted++;
    else if (outcome === 'refused') refused++;
    else failures.push({ number, what: outcome, input: reader.show(input) });
  }
  return { cases: count, accepted, refused, failures, dearest };
}

/** Tells the time by the clock, which is asked quickly; or by what the processor took, whoever else uses it. */
async function attempt(
  reader: Reader,
  input: unknown,
  clock: () => number = () => performance.now(),
): Promise<{ outcome: string; ms: number }> {
  const began = clock();
  let outcome = 'accepted';
  try {
    await reader.read(input);
  } catch (error) {
    outcome = complaint(error) ?? 'refused';
  }
  return { outcome, ms: clock() - began };
}

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** What is wrong with an error; null where it is one for people. */
function complaint(error: unknown): string | null {
  if (!(error instanceof LabError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error.subject === '' || error.message === '') return `a refusal that names nothing: ${JSON.stringify(error.message)}`;
  return error.message.length > MOST_MESSAGE ? `a refusal of ${error.message.length} characters` : null;
}

/** A failure in words, and the command that repeats it. */
export const failureText = ({ name }: Reader, seed: number, { number, what, input }: Failure): string =>
  `${name}: ${what}\n  again: npm run fuzz -- --reader '${name}' --seed ${seed} --case ${number}\n  input: ${input.slice(0, 2000)}`;
