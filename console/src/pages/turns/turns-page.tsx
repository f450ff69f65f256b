export const TurnsPage = () => <h1>Turns</h1>;
