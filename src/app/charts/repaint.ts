/** Draws in the next frame; for an effect, which runs it again whenever something the picture is made of (`_of`) has changed. */
export function repaint(draw: () => void, _of: readonly unknown[]): () => void {
  const frame = requestAnimationFrame(draw);
  return () => cancelAnimationFrame(frame);
}
