import { expect } from 'chai';
import { ConfigurationError } from './configuration-error.ts';
import { type ConfigurationSources, loadConfiguration } from './load-configuration.ts';

/** Loads with files that exist only here, in the working directory /srv. */
function load({
  files = {},
  ...sources
}: Partial<ConfigurationSources> & { files?: Record<string, string> } = {}) {
  return loadConfiguration({
    argv: [],
    env: {},
    workingDirectory: '/srv',
    readFile: (path) => files[path],
    ...sources,
  });
}

function problemsOf(sources: Parameters<typeof load>[0]) {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('loadConfiguration', () => {
  it('needs nothing: SQLite and media in ./data, port 8008 of this machine', () => {
    expect(load()).to.deep.equal({
      serverName: 'localhost',
      publicUrl: undefined,
      bind: '127.0.0.1',
      port: 8008,
      tls: undefined,
      trustedProxies: [],
      dataDir: '/srv/data',
      databaseUrl: 'sqlite:/srv/data/homeserver.db',
      mediaUrl: { store: 'folder', path: '/srv/data/media' },
      s3: { endpoint: undefined, region: 'us-east-1', pathStyle: false, keys: undefined },
      maxUpload: 50 * 1024 * 1024,
      mediaQuota: undefined,
      mediaQuotaFiles: undefined,
      mediaLifetime: undefined,
      remoteMediaLifetime: undefined,
      previewMediaLifetime: 30 * 86_400_000,
      serverNoticesUser: undefined,
      serverNoticesName: 'Server notices',
      serverNoticesJoin: false,
      registration: 'token',
      registrationEmail: 'optional',
      policies: [],
      oidcProviders: [],
      guestAccess: false,
      profileVisibility: 'everyone',
      turn: undefined,
      liveKit: undefined,
      presence: true,
      urlPreviews: true,
      urlPreviewDeny: [],
      supportPage: undefined,
      supportEmail: undefined,
      federation: true,
      federationPort: 8448,
      federationName: undefined,
      federationDirectory: true,
      federationAllow: [],
      federationDeny: [],
      federationKeyServers: ['matrix.org'],
      federationCa: undefined,
      federationResolve: undefined,
      allowPrivateAddresses: false,
      appserviceDir: undefined,
      registrationSharedSecret: undefined,
      accessTokenLifetime: 300_000,
      refreshTokenLifetime: undefined,
      smtpUrl: undefined,
      mailFrom: undefined,
      rateLimits: true,
      logLevel: 'info',
      configurationFile: undefined,
    });
  });

  it('reads homeserver.yaml of the data directory when it is there', () => {
    const configuration = load({
      env: { GUILDHALL_DATA_DIR: 'state' },
      files: { '/srv/state/homeserver.yaml': 'port: 9000' },
    });
    expect(configuration).to.include({ port: 9000, configurationFile: '/srv/state/homeserver.yaml' });
  });

  it('reads the file of GUILDHALL_CONFIG instead, and that of --config before both', () => {
    const files = {
      '/srv/data/homeserver.yaml': 'port: 1',
      '/etc/two.yaml': 'port: 2',
      '/srv/three.yaml': 'port: 3',
    };
    const env = { GUILDHALL_CONFIG: '/etc/two.yaml' };
    expect(load({ files, env }).port).to.equal(2);
    expect(load({ files, env, argv: ['--config', 'three.yaml'] }).port).to.equal(3);
    expect(load({ files, env, argv: ['--config=three.yaml'] }).port).to.equal(3);
  });

  it('lets the environment go over the file, and an empty variable count as none', () => {
    const files = { '/srv/data/homeserver.yaml': 'port: 9000\nlog_level: warn' };
    const env = { GUILDHALL_PORT: '9001', GUILDHALL_LOG_LEVEL: '', HOME: '/root' };
    expect(load({ files, env })).to.include({ port: 9001, logLevel: 'warn' });
  });

  it('starts relative paths at the folder of the file, and those of the environment at the working directory', () => {
    const files = {
      '/etc/guildhall/hs.yaml': 'data_dir: state\ndatabase_url: sqlite:db/hs.db\ntls_cert: c.pem',
    };
    const env = { GUILDHALL_CONFIG: '/etc/guildhall/hs.yaml', GUILDHALL_TLS_KEY: 'k.pem' };
    const configuration = load({ files, env });
    expect(configuration.dataDir).to.equal('/etc/guildhall/state');
    expect(configuration.databaseUrl).to.equal('sqlite:/etc/guildhall/db/hs.db');
    expect(configuration.mediaUrl).to.have.property('path', '/etc/guildhall/state/media');
    expect(configuration.tls).to.deep.equal({ certFile: '/etc/guildhall/c.pem', keyFile: '/srv/k.pem' });
  });

  it('takes values as YAML writes them', () => {
    const yaml = [
      'registration_shared_secret: 0123',
      'rate_limits: false',
      'trusted_proxies: [127.0.0.1, 10.0.0.0/8]',
      'database_url: "postgres://a:b@db/guildhall"',
      'public_url:',
      'max_upload: 1.5G # a comment',
    ].join('\n');
    const configuration = load({ files: { '/srv/data/homeserver.yaml': yaml } });
    expect(configuration).to.deep.include({
      registrationSharedSecret: '0123',
      rateLimits: false,
      trustedProxies: ['127.0.0.1', '10.0.0.0/8'],
      databaseUrl: 'postgres://a:b@db/guildhall',
      publicUrl: undefined,
      maxUpload: 1.5 * 1024 ** 3,
    });
  });

  it('refuses an unknown key of the environment and names its nearest neighbour', () => {
    expect(problemsOf({ env: { GUILDHALL_SERVERNAME: 'a' } })).to.deep.equal([
      {
        key: 'GUILDHALL_SERVERNAME',
        source: 'environment',
        problem: 'there is no such key',
        remedy: 'remove it, or write GUILDHALL_SERVER_NAME if that was meant',
      },
    ]);
  });

  it('refuses an unknown key of the file, with its line', () => {
    const files = { '/srv/data/homeserver.yaml': 'port: 1\n\nGUILDHALL_PORT: 2\nlog-level: info' };
    const problems = problemsOf({ files });
    expect(problems.map(({ key, source }) => `${key} ${source}`)).to.deep.equal([
      'GUILDHALL_PORT /srv/data/homeserver.yaml, line 3',
      'log-level /srv/data/homeserver.yaml, line 4',
    ]);
    expect(problems[0]?.remedy).to.include(' port ');
    expect(problems[1]?.remedy).to.include(' log_level ');
  });

  it('refuses a key of a later version, wherever it stands', () => {
    const problems = problemsOf({
      env: { GUILDHALL_REDIS_URL: 'redis://localhost' },
      files: { '/srv/data/homeserver.yaml': 'redis_url: redis://localhost' },
    });
    for (const { problem, remedy } of problems) {
      expect(problem).to.equal('this is not supported yet in this version');
      expect(remedy).to.equal('remove it');
    }
    expect(problems.map(({ key }) => key)).to.have.members(['GUILDHALL_REDIS_URL', 'redis_url']);
  });

  it('lets the variables of the test suites pass', () => {
    expect(load({ env: { GUILDHALL_TEST_DATABASE: 'postgres' } }).port).to.equal(8008);
  });

  it('tells everything that is wrong at once', () => {
    const files = { '/srv/data/homeserver.yaml': 'port: many\nbind: {a: 1}\nmax_upload: 0' };
    const problems = problemsOf({ files, env: { GUILDHALL_REGISTRATION: 'maybe' } });
    expect(problems.map(({ key }) => key)).to.have.members([
      'port',
      'bind',
      'max_upload',
      'GUILDHALL_REGISTRATION',
    ]);
  });

  it('says in a sentence what to write', () => {
    expect(() => load({ env: { GUILDHALL_PORT: '80a' } })).to.throw(
      'GUILDHALL_PORT (environment): "80a" cannot be used. Please write a number from 0 to 65535.',
    );
  });

  it('does not repeat a secret in an error', () => {
    const problems = problemsOf({ env: { GUILDHALL_DATABASE_URL: 'mysql://a:hunter2@db' } });
    expect(new ConfigurationError(problems).message).not.to.include('hunter2');
  });

  it('refuses a certificate without its key, and a key without its certificate', () => {
    expect(problemsOf({ env: { GUILDHALL_TLS_CERT: 'c' } })[0]?.remedy).to.include('GUILDHALL_TLS_KEY');
    expect(problemsOf({ env: { GUILDHALL_TLS_KEY: 'k' } })[0]?.remedy).to.include('GUILDHALL_TLS_CERT');
  });

  it('refuses a named file that is not there, and a --config without one', () => {
    expect(problemsOf({ argv: ['--config', 'nowhere.yaml'] })[0]).to.include({
      key: '--config',
      problem: 'there is no file /srv/nowhere.yaml',
    });
    expect(problemsOf({ env: { GUILDHALL_CONFIG: 'nowhere.yaml' } })[0]?.key).to.equal('GUILDHALL_CONFIG');
    expect(problemsOf({ argv: ['--config'] })[0]?.problem).to.equal('it names no file');
  });

  it('refuses a file in the data directory that says the data are elsewhere', () => {
    const files = { '/srv/data/homeserver.yaml': 'data_dir: /var/lib/guildhall' };
    expect(problemsOf({ files })[0]?.problem).to.include('names another one');
    expect(load({ files: { '/srv/data/homeserver.yaml': 'data_dir: .' } }).dataDir).to.equal('/srv/data');
  });

  it('refuses what is not YAML, or not a list of keys, with the line', () => {
    const broken = { '/srv/data/homeserver.yaml': 'port: 1\nbind: [a' };
    expect(problemsOf({ files: broken })[0]?.source).to.equal('/srv/data/homeserver.yaml, line 2');
    const twice = { '/srv/data/homeserver.yaml': 'port: 1\nport: 2' };
    expect(problemsOf({ files: twice })[0]?.source).to.equal('/srv/data/homeserver.yaml, line 2');
    expect(problemsOf({ files: { '/srv/data/homeserver.yaml': '- a' } })).to.have.length(1);
  });
});
