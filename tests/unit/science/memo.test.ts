import { expect, it } from 'vitest';
import { Memo } from '../../../src/science/memo.ts';

it('asks once, as long as it remembers; what was asked for longest ago is forgotten first', () => {
  const memo = new Memo<string>(10);
  const asked: string[] = [];
  const ask = (question: string, cost = 4): string =>
    memo.get(question, cost, () => {
      asked.push(question);
      return question.toUpperCase();
    });
  expect(['a', 'b', 'a', 'b'].map((question) => ask(question))).toEqual(['A', 'B', 'A', 'B']);
  ask('a');
  ask('c');
  expect(asked).toEqual(['a', 'b', 'c']);
  ask('a');
  ask('b');
  expect(asked).toEqual(['a', 'b', 'c', 'b']);
});

it('remembers nothing that is too much by itself', () => {
  const memo = new Memo<number>(10);
  let times = 0;
  memo.get('big', 11, () => ++times);
  expect(memo.get('big', 11, () => ++times)).toBe(2);
  memo.get('small', 1, () => 7);
  expect(memo.get('small', 1, () => 8)).toBe(7);
});

it('remembers no more answers than it may, however little they cost', () => {
  const memo = new Memo<number>(10, 2);
  let times = 0;
  const ask = (question: unknown): number => memo.get(question, 1, () => ++times);
  expect(
    [
      [1, { level: 1 }],
      [1, { level: 2 }],
      [1, { level: 1 }],
    ].map(ask),
  ).toEqual([1, 2, 1]);
  ask('another');
  expect(ask([1, { level: 1 }])).toBe(1);
  expect(ask([1, { level: 2 }])).toBe(4);
});
