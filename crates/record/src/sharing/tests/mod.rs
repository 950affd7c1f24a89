mod decisions;
mod wall;
