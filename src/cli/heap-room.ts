import { setFlagsFromString } from 'node:v8';

/** How much the heap may grow over what lives in it before all of it is looked through again. By itself V8 takes 30 where it grows slowly. */
const GROWTH_PERCENT = 100;

/**
 * Lets the collector of this process look through the whole heap more seldom, for some tens of megabytes of memory.
 *
 * Looking takes V8 about 125 ms in threads of its own, every three seconds with 20 of 200 sessions in a turn. On a machine whose other
 * cores are busy those threads and the one that serves everybody share a core: the slowest replies were late by 40 to 170 ms, and are by
 * at most 22 with this (test/bench/server.js).
 */
export function giveHeapRoom(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
