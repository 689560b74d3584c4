import { expect } from 'chai';
import { checkFile } from './walls.mjs';

const from = (room: string): string => `homeserver/src/${room}/some-file.ts`;

describe('the walls between the rooms', () => {
  it('let an inner room be used by an outer one', () => {
    expect(checkFile(from('storage'), "import { x } from '../protocol/events.ts';")).to.deep.equal([]);
    expect(checkFile(from('rooms'), "import { x } from '../accounts/index.ts';")).to.deep.equal([]);
    expect(checkFile(from('sync'), "import { x } from '../rooms/queries/state.ts';")).to.deep.equal([]);
    expect(checkFile(from('storage'), "import pg from 'pg';")).to.deep.equal([]);
    expect(checkFile(from('protocol'), "import { hash } from 'node:crypto';")).to.deep.equal([]);
  });

  it('stop an import from outside in, and say where and why', () => {
    const [problem, ...others] = checkFile(from('accounts'), "\nimport { x } from '../rooms/index.ts';");
    expect(others).to.deep.equal([]);
    expect(problem).to.include('homeserver/src/accounts/some-file.ts:2 imports ../rooms/index.ts');
    expect(problem).to.include('accounts may not use rooms');
    expect(problem).to.include('declares as an interface');
  });

  for (const [kind, source] of Object.entries({
    'an import of types': "import type { X } from '../sync/index.ts';",
    'a type written as an import': "type X = import('../sync/index.ts').X;",
    'a dynamic import': "const x = await import('../sync/index.ts');",
    'a re-export': "export { x } from '../sync/index.ts';",
    'a re-export of everything': "export * from '../sync/index.ts';",
    'an import for its effect': "import '../sync/index.ts';",
    'the file of a worker': "new Worker(new URL('../sync/worker.ts', import.meta.url));",
  })) {
    it(`stop ${kind}`, () => {
      expect(checkFile(from('rooms'), source)).to.have.length(1);
    });
  }

  it('stop what reaches past the index of a room', () => {
    const [problem] = checkFile(from('guilds'), "import { x } from '../rooms/room.ts';");
    expect(problem).to.include('guilds may use only rooms/index.ts');
  });

  it('keep the protocol pure', () => {
    expect(checkFile(from('protocol'), "import { readFileSync } from 'node:fs';")).to.have.length(1);
    expect(checkFile(from('protocol'), "import { createLogger } from '../base/logger.ts';")).to.have.length(
      1,
    );
  });

  it('keep SQL in storage, and the handlers away from it', () => {
    expect(checkFile(from('rooms'), "import knex from 'knex';")).to.have.length(1);
    expect(checkFile(from('http'), "import { x } from '../storage/index.ts';")).to.have.length(1);
  });

  it('ask for the walls of a room that has none', () => {
    expect(checkFile(from('attic'), "import { x } from '../base/ids.ts';")[0]).to.include('has no walls yet');
  });

  it('keep the Matrix SDK in its folder of the client, and React out of it', () => {
    const sdk = "import { createClient } from 'matrix-js-sdk';";
    expect(checkFile('client/src/matrix/session.ts', sdk)).to.deep.equal([]);
    expect(checkFile('client/src/features/login/Login.tsx', sdk)).to.have.length(1);
    expect(checkFile('client/src/matrix/session.ts', "import { useState } from 'react';")).to.have.length(1);
  });

  it('keep the inner folders of the client from the outer ones', () => {
    const source = "import { x } from '../features/timeline/Timeline.tsx';";
    for (const folder of ['lib', 'ui', 'matrix']) {
      expect(checkFile(`client/src/${folder}/some-file.ts`, source)).to.have.length(1);
    }
    expect(checkFile('client/src/scenes/Hall.tsx', source)).to.deep.equal([]);
  });

  it('keep client and homeserver apart, and tests out of the server', () => {
    expect(
      checkFile('client/src/app/main.tsx', "import { x } from '../../../homeserver/src/base/ids.ts';"),
    ).to.have.length(1);
    expect(checkFile(from('rooms'), "import { x } from '../../test-kit/manual-clock.ts';")).to.have.length(1);
  });

  it('let the comparison with Synapse see nothing of the server but the protocol', () => {
    const file = 'synapse-compat-tests/oracle/some-file.ts';
    const inside = (room: string) => `import { x } from '../../homeserver/src/${room}/index.ts';`;
    expect(checkFile(file, inside('protocol'))).to.deep.equal([]);
    expect(checkFile(file, inside('rooms'))).to.have.length(1);
  });

  it('let a test use what it likes', () => {
    expect(
      checkFile('homeserver/src/rooms/room.test.ts', "import { x } from '../../test-kit/server.ts';"),
    ).to.deep.equal([]);
  });
});
