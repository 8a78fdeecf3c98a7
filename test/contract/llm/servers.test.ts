import { SERVER_RIGS } from '../../support/llm/chat-rigs.js';
import { chatContract } from './chat-contract.js';

for (const rig of SERVER_RIGS) chatContract(rig);
