/** Serves the built lab and prints its address. */
import { resolve } from 'node:path';
import { serve, type Served } from '../tests/support/server.ts';

/** Saved sessions belong to an address, so the same port is wanted each time; another where it is taken. */
const USUAL_PORT = 4173;

const folder = resolve(import.meta.dirname, '../dist');
const isTaken = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

async function open(): Promise<Served> {
  try {
    return await serve(folder, '/', USUAL_PORT);
  } catch (error) {
    if (!isTaken(error)) throw error;
    return serve(folder);
  }
}

console.log(`Lottery Ticket Lab is at ${(await open()).url}   (Ctrl+C ends it)`);
