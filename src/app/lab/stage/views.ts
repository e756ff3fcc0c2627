/**
 * What the stage shows of a run: for a plane, its network and boundaries; masks in ink, by sign and size of the kept
 * weights, or by what the next level cuts; for images, a pad to try it on.
 */
export type View = 'network' | 'mask' | 'sign' | 'cut' | 'try';
