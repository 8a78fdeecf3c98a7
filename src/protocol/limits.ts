/**
 * What Plugin_Remote takes without harm. Every number was measured on the running program or read in its
 * source (Plugin_Remote.cpp, processMessageData); beyond them it crashes, wedges, or plays noise.
 */

/** The only sound format: 16 kHz, 16-bit little-endian, mono. */
export const SAMPLE_RATE_HZ = 16_000;
export const BYTES_PER_SAMPLE = 2;
export const BYTES_PER_MS = (SAMPLE_RATE_HZ * BYTES_PER_SAMPLE) / 1000;

/** One paced unit: 20 ms. Frames closer than this starve the peer's own messages. */
export const UNIT_MS = 20;
export const UNIT_BYTES = UNIT_MS * BYTES_PER_MS;

/** The peer plays whole blocks of 256 samples; a part of a block waits for more sound, or is thrown away. */
export const BLOCK_BYTES = 512;

/** The documentation's limit for one sound chunk (the program itself breaks at 8185). */
export const MAX_SOUND_BYTES = 4096;

/** One WebSocket frame, or one sound write: stays inside one TCP segment, since a frame that arrives in parts ends the peer. */
export const MAX_FRAME_BYTES = 1400;

/** A whole message line with its newline. From 2047 the echo loses its newline, at 8000 the program crashes. */
export const MAX_LINE_BYTES = 1900;

/** The peer cuts what it sends at this length, without a newline, and glues the next message on. */
export const PEER_LINE_CUT_BYTES = 2047;

/** A line that begins with `S` is held back until this many bytes are there: the parser waits for a sound header. */
export const SOUND_HEADER_BYTES = 7;
