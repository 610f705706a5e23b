exports.run = ({ lr }) => lr;
