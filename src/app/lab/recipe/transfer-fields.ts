/** Tickets from elsewhere. */
import { m } from '../../../paraglide/messages.js';
import { takes } from '../../../science/recipe/schema.ts';
import { corruptOptions, datasetOptions, named, number, optimizerOptions, real, type Group } from './field.ts';

const isTransferred = (value: (path: string) => unknown): boolean => value('transfer') !== null;

/** What the ticket is drawn on where it is not what it is trained on. */
export const transfer: Group = {
  id: 'transfer',
  title: m.recipe_transfer(),
  paper: 'Morcos 2019',
  fields: [
    { path: 'transfer', label: m.recipe_transfer_on(), control: { kind: 'switch' } },
    ...(
      [
        {
          path: 'transfer.task.dataset',
          label: m.recipe_transfer_dataset(),
          control: { kind: 'choice', options: datasetOptions },
        },
        {
          path: 'transfer.task.corrupt',
          label: m.recipe_transfer_corrupt(),
          control: { kind: 'choice', options: corruptOptions },
        },
        {
          path: 'transfer.training.optimizer.type',
          label: m.recipe_transfer_optimizer(),
          control: { kind: 'choice', options: optimizerOptions },
        },
        {
          path: 'transfer.training.optimizer.learningRate',
          label: m.recipe_transfer_rate(),
          control: real,
        },
        { path: 'transfer.training.steps', label: m.recipe_transfer_steps(), control: number },
        { path: 'transfer.seedOffset', label: m.recipe_transfer_seed(), control: number },
        {
          path: 'transfer.take',
          label: m.recipe_transfer_take(),
          control: {
            kind: 'choice',
            options: named(takes, { ticket: m.recipe_transfer_ticket(), mask: m.recipe_transfer_mask() }),
          },
        },
      ] as const
    ).map((field) => ({ ...field, when: isTransferred })),
  ],
};
