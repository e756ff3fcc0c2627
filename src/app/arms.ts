/** How each arm is named and drawn: its hue, its marker and its word always go together. */
import type { Arm } from '../science/recipe/schema.ts';
import { m } from '../paraglide/messages.js';

interface ArmLook {
  name: () => string;
  /** CSS colour. */
  colour: string;
  /** Path of the marker around (0, 0), about 7 units across. */
  marker: string;
}

export const armLook: Readonly<Record<Arm, ArmLook>> = {
  ticket: {
    name: m.app_arm_ticket,
    colour: 'var(--arm-ticket)',
    marker: 'M3.2 0A3.2 3.2 0 1 1 -3.2 0A3.2 3.2 0 1 1 3.2 0Z',
  },
  reinit: { name: m.app_arm_reinit, colour: 'var(--arm-reinit)', marker: 'M0 -4.2L4.2 0L0 4.2L-4.2 0Z' },
  'random-mask': {
    name: m.app_arm_random_mask,
    colour: 'var(--arm-random)',
    marker: 'M0 -4L4 3.2H-4Z',
  },
  'shuffled-mask': {
    name: m.app_arm_shuffled_mask,
    colour: 'var(--arm-shuffled)',
    marker: 'M-3 -3H3V3H-3Z',
  },
  'inverted-mask': {
    name: m.app_arm_inverted_mask,
    colour: 'var(--arm-inverted)',
    marker: 'M0 4L4 -3.2H-4Z',
  },
};
