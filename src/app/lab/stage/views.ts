/**
 * What the stage shows of a run: for a plane, its network and boundaries; masks in ink, or by sign and size of the kept
 * weights; for images, a pad to try it on.
 */
export type View = 'network' | 'mask' | 'sign' | 'try';
