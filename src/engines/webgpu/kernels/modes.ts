/** How the weights of a matrix are worked on, by network. */
export const WHOLE = 0;
/** As matrices too, but some weights are absent or frozen. */
export const MASKED = 1;
/** By lists of the weights that there are. */
export const LISTED = 2;
