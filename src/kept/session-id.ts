import { randomBytes } from 'node:crypto';

/** 128 random bits in hexadecimal: cannot be guessed, and nothing else becomes the name of a file. */
const SESSION_ID = /^[0-9a-f]{32}$/;

export function newSessionId(): string {
  return randomBytes(16).toString('hex');
}

export function isSessionId(text: string): boolean {
  return SESSION_ID.test(text);
}
