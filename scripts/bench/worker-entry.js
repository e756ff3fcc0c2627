// Worker threads do not inherit the TypeScript loader in every Node that the lab supports, so the thread brings its own.
import { register } from 'tsx/esm/api';

register();
await import('./worker-thread.ts');
