// Loaded first into a server that guildhall.mjs runs as a child: when the launcher is killed, so that it
// cannot forward anything any more, the server must not go on without it and hold its port and its files.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
