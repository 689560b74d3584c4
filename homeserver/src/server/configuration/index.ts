export { readAppServices } from './app-services.ts';
export { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
export { renderConfigurationPage, renderSampleConfiguration } from './configuration-texts.ts';
export { type Configuration, type ConfigurationSources, loadConfiguration } from './load-configuration.ts';
