export const BotsPage = () => <h1>Bots</h1>;
