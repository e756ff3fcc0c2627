/** Activations in place, over `rows` rows of `bytes` bytes that lie `down` bytes apart. */
import { tanh4 } from './elementary';

export function tanh(y: usize, rows: i32, bytes: usize, down: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let at = y, end = y + bytes; at < end; at += 16) v128.store(at, tanh4(v128.load(at)));
    y += down;
  }
}

export function relu(y: usize, rows: i32, bytes: usize, down: usize): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    for (let at = y, end = y + bytes; at < end; at += 16) v128.store(at, f32x4.pmax(v128.load(at), zero));
    y += down;
  }
}

/** dy × (1 − y²), in place of dy. */
export function tanhGradient(dy: usize, y: usize, rows: i32, bytes: usize, down: usize): void {
  const one = f32x4.splat(1);
  for (let r = 0; r < rows; r++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const value = v128.load(y + at);
      v128.store(dy + at, f32x4.mul(v128.load(dy + at), f32x4.sub(one, f32x4.mul(value, value))));
    }
    dy += down;
    y += down;
  }
}

/** 0 in place of dy where y is not above 0. */
export function reluGradient(dy: usize, y: usize, rows: i32, bytes: usize, down: usize): void {
  const zero = f32x4.splat(0);
  for (let r = 0; r < rows; r++) {
    for (let at: usize = 0; at < bytes; at += 16) {
      v128.store(dy + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero)));
    }
    dy += down;
    y += down;
  }
}
