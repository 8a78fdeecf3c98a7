import { Words } from '../words.js';

/** Of this page: its login and all its areas speak one language. */
export const words = new Words();
