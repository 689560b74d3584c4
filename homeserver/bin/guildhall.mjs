#!/usr/bin/env node
// The server's command line, for any Node from 18 on: `guildhall.mjs start --config FILE`.
import { runGuildhall } from './launch.mjs';

await runGuildhall(process.argv.slice(2));
