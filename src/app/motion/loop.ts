/** The one animation loop of the page: it asks for frames only while something moves. */

/** Moves something to where it is at a time (milliseconds, as of requestAnimationFrame); false when it has arrived. */
export type Step = (now: number) => boolean;

const steps = new Set<Step>();

function frame(now: number): void {
  for (const step of steps) if (!step(now)) steps.delete(step);
  if (steps.size > 0) requestAnimationFrame(frame);
}

/** Calls `step` every frame until it has arrived; returns what stops it before. */
export function animate(step: Step): () => void {
  if (steps.size === 0) requestAnimationFrame(frame);
  steps.add(step);
  return () => void steps.delete(step);
}
