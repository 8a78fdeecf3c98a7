import { InvalidStateError } from '../../runtime/index.js';
import type { CommandContext } from '../context.js';

export async function calibrate(_context: CommandContext): Promise<number> {
  throw new InvalidStateError('Being written');
}
