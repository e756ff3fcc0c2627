/** First byte that the engine may use: below it lie the kernels' own constants. */
export function heapBase(): usize {
  return __heap_base;
}
