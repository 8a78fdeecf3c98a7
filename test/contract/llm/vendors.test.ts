import { VENDOR_RIGS } from '../../support/llm/chat-rigs.js';
import { chatContract } from './chat-contract.js';

for (const rig of VENDOR_RIGS) chatContract(rig);
