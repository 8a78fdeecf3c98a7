export type { Caller, Role } from './caller.js';
