export { createMachine, type MachineOptions } from './machine.js';
export { type OpenedPage, type OpenPageOptions, openPage } from './open-page.js';
export { createTalker, type Talker, type TalkerOptions } from './talker.js';
