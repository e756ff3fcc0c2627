/**
 * The arithmetic that runs are named by. One number for all engines that compute in single precision, so that a level
 * trained on one is found by another, and a run whose graphics card is lost can go on without. It rises when the bits of
 * an engine that promises them change (2: data in grey is taken as its difference from the background).
 */
export const ARITHMETIC = 2;
